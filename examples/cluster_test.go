package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestCluster: the job files are what bash and YAML can read, and an indexed job has what that needs.
func TestCluster(t *testing.T) {
	files, err := filepath.Glob("cluster/*")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	correct := func(name, script string) {
		cmd := exec.Command(bash, "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".sbatch") {
			correct(name, string(text))
			continue
		}
		var job struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string
			Spec       struct {
				CompletionMode           string `yaml:"completionMode"`
				Completions, Parallelism int
				Template                 struct {
					Spec struct {
						RestartPolicy string `yaml:"restartPolicy"`
						Containers    []struct {
							Image         string
							Command, Args []string
						}
					}
				}
			}
		}
		if err := yaml.Unmarshal(text, &job); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		pod := job.Spec.Template.Spec
		if job.APIVersion != "batch/v1" || job.Kind != "Job" || job.Spec.CompletionMode != "Indexed" || job.Spec.Completions < 1 || job.Spec.Parallelism < 1 || pod.RestartPolicy != "OnFailure" {
			t.Errorf("%s is no indexed job: %+v", name, job)
		}
		for _, c := range pod.Containers {
			switch {
			case c.Image == "" || len(c.Command) == 0:
				t.Errorf("%s: a container without image or command", name)
			case c.Command[0] == "bash":
				correct(name, strings.Join(c.Args, "\n"))
			}
		}
	}
}
