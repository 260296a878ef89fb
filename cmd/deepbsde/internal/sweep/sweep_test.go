package sweep

import "testing"

// TestShards: every run is in one share, and the number comes from the job.
func TestShards(t *testing.T) {
	d := Definition{Axes: []Axis{{"a", []float64{1, 2, 3}}, {"b", []float64{4, 5}}}, Seed: 7, Seeds: 3}
	cells := d.Cells()
	if n, err := d.Size(); err != nil || n != 18 || len(cells) != 18 || cells[17].Set["a"] != 3 || cells[17].Set["b"] != 5 || cells[17].Seed != 9 || cells[3].Set["b"] != 5 {
		t.Fatalf("%d runs, %v: %v", n, err, cells)
	}
	for _, c := range cells {
		in := 0
		for i := range 4 {
			if (Shard{i + 1, 4}).Has(c) {
				in++
			}
		}
		if in != 1 {
			t.Errorf("run %d is in %d shares", c.Index, in)
		}
	}
	for _, c := range []struct {
		env  map[string]string
		text string
		want Shard
	}{
		{map[string]string{"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_COUNT": "4"}, "auto", Shard{3, 4}},
		{map[string]string{"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_STEP": "2"}, "auto/4", Shard{3, 4}},
		{map[string]string{"JOB_COMPLETION_INDEX": "0"}, "auto/4", Shard{1, 4}},
		{map[string]string{"JOB_COMPLETION_INDEX": "4"}, "auto/4", Shard{}},
		{map[string]string{"JOB_COMPLETION_INDEX": "0"}, "auto", Shard{}},
		{nil, "2/4", Shard{2, 4}}, {nil, "0/4", Shard{}}, {nil, "5/4", Shard{}}, {nil, "2", Shard{}}, {nil, "auto/4", Shard{}}, {nil, "1/0", Shard{}},
	} {
		for _, name := range []string{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_STEP", "JOB_COMPLETION_INDEX"} {
			t.Setenv(name, c.env[name])
		}
		got, err := ParseShard(c.text)
		if (err == nil) != (c.want.Of > 0) || err == nil && got != c.want {
			t.Errorf("%s in %v: %v, %v, want %v", c.text, c.env, got, err, c.want)
		}
	}
}

// TestRange: both ends are there to the bit.
func TestRange(t *testing.T) {
	list, err := between("0.1:0.7:4")
	if err != nil || len(list) != 4 || list[0] != 0.1 || list[3] != 0.7 || !(list[1] > 0.29 && list[1] < 0.31) {
		t.Errorf("%v, %v", list, err)
	}
	for _, wrong := range []string{"", "1:2", "1:2:1", "2:1:3", "1:1:3", "a:2:3", "1:2:3:4", "1:2:1000001"} {
		if list, err := between(wrong); err == nil {
			t.Errorf("%q: %v", wrong, list)
		}
	}
}
