package ranks

import (
	"encoding/binary"
	"reflect"
	"unsafe"
)

// plain tells whether values of a type are bytes without pointers.
func plain(t reflect.Type) bool {
	switch k := t.Kind(); k {
	case reflect.Array:
		return plain(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); !plain(f.Type) || left(f) {
				return false
			}
		}
		return true
	default:
		return k >= reflect.Bool && k <= reflect.Complex128 && k != reflect.Uintptr
	}
}

// left tells whether a field is not exchanged.
func left(f reflect.StructField) bool { return f.Tag.Get("ranks") == "-" }

// bytesOf is the memory of a value of a plain type.
func bytesOf(v reflect.Value) []byte {
	return unsafe.Slice((*byte)(v.Addr().UnsafePointer()), v.Type().Size())
}

// field is one of a struct, which may have no name outside its package.
func field(v reflect.Value, i int) reflect.Value {
	f := v.Field(i)
	return reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem()
}

// encode appends a value that can be addressed.
func encode(to []byte, v reflect.Value) []byte {
	t := v.Type()
	switch {
	case plain(t):
		return append(to, bytesOf(v)...)
	case t.Kind() == reflect.Pointer:
		if v.IsNil() {
			return append(to, 0)
		}
		return encode(append(to, 1), v.Elem())
	case t.Kind() == reflect.Slice:
		if v.IsNil() {
			return binary.LittleEndian.AppendUint64(to, 0)
		}
		to = binary.LittleEndian.AppendUint64(to, uint64(v.Len())+1)
		if plain(t.Elem()) {
			return append(to, elements(v)...)
		}
		for i := range v.Len() {
			to = encode(to, v.Index(i))
		}
	case t.Kind() == reflect.Array:
		for i := range v.Len() {
			to = encode(to, v.Index(i))
		}
	case t.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if !left(t.Field(i)) {
				to = encode(to, field(v, i))
			}
		}
	}
	return to
}

// decode is the inverse: into what pointers point to where that is there.
func decode(from []byte, v reflect.Value) []byte {
	t := v.Type()
	switch {
	case plain(t):
		return from[copy(bytesOf(v), from):]
	case t.Kind() == reflect.Pointer:
		there := from[0] == 1
		from = from[1:]
		if !there {
			v.SetZero()
			return from
		}
		if v.IsNil() {
			v.Set(reflect.New(t.Elem()))
		}
		return decode(from, v.Elem())
	case t.Kind() == reflect.Slice:
		n := binary.LittleEndian.Uint64(from)
		from = from[8:]
		if n == 0 {
			v.SetZero()
			return from
		}
		if v.Len() != int(n-1) || v.IsNil() {
			v.Set(reflect.MakeSlice(t, int(n-1), int(n-1)))
		}
		if plain(t.Elem()) {
			return from[copy(elements(v), from):]
		}
		for i := range v.Len() {
			from = decode(from, v.Index(i))
		}
	case t.Kind() == reflect.Array:
		for i := range v.Len() {
			from = decode(from, v.Index(i))
		}
	case t.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if !left(t.Field(i)) {
				from = decode(from, field(v, i))
			}
		}
	}
	return from
}

// elements is the memory of a slice of plain elements.
func elements(v reflect.Value) []byte {
	if v.Len() == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(v.UnsafePointer()), v.Len()*int(v.Type().Elem().Size()))
}
