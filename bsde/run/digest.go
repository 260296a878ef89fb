package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deepbsde/deepbsde/bsde/words"
)

func digest(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

// digestField is a digest as it stands in a text without spaces.
func digestField(sum string) []byte { return []byte(`"digest":"` + sum + `"`) }

// hasDigest tells whether an object in JSON that states its digest, which is that of the
// text without spaces and with "" in its place, has it.
func hasDigest(text []byte, stated string) bool {
	var bare bytes.Buffer
	return json.Compact(&bare, text) == nil && stated == digest(bytes.Replace(bare.Bytes(), digestField(stated), digestField(""), 1))
}

// printable is a text in JSON with U+FFFD in the place of characters that are not
// words.Printable, as they stand and as \u001b.
func printable(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		escaped := r == '\\' && len(text) > 1
		if escaped {
			r, size = unescaped(text)
		}
		if words.Control(r) && (escaped || r >= ' ') { // as they stand, those below are space or no JSON
			out = utf8.AppendRune(out, utf8.RuneError)
		} else {
			out = append(out, text[:size]...)
		}
		text = text[size:]
	}
	return out
}

// unescaped is the character that a text begins with after \, and how long that is.
func unescaped(text []byte) (rune, int) {
	if text[1] == 'u' && len(text) >= 6 {
		if code, err := strconv.ParseUint(string(text[2:6]), 16, 16); err == nil {
			return rune(code), 6
		}
	}
	if at := strings.IndexByte("bfr", text[1]); at >= 0 {
		return rune("\b\f\r"[at]), 2
	}
	return rune(text[1]), 2
}
