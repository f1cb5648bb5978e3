package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Nginx serves what the fragment says, which belongs into http { }; all that it writes stays in dir.
func Nginx(dir, fragment string, out io.Writer) (*Process, error) {
	conf := fmt.Sprintf(`daemon off; worker_processes 2; pid nginx.pid; %s
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	include site.conf;
}
`, asOurselves())
	if err := os.WriteFile(filepath.Join(dir, "site.conf"), []byte(fragment), 0o600); err != nil {
		return nil, fmt.Errorf("write the fragment: %w", err)
	}
	file := filepath.Join(dir, "nginx.conf")
	return startChecked(file, conf, out, "nginx", []string{"-e", "stderr", "-p", dir, "-c", file}, "-t")
}

// asOurselves lets root's workers be root too: another user could not enter dir.
func asOurselves() string {
	if os.Getuid() == 0 {
		return "user root root;"
	}
	return ""
}

// Haproxy serves what the configuration says.
func Haproxy(dir, conf string, out io.Writer) (*Process, error) {
	file := filepath.Join(dir, "haproxy.cfg")
	return startChecked(file, conf, out, "haproxy", []string{"-db", "-f", file}, "-c")
}

// startChecked has the program judge its configuration first, with a flag of its own for that.
func startChecked(file, conf string, out io.Writer, name string, args []string, check string) (*Process, error) {
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return nil, fmt.Errorf("write the configuration of %s: %w", name, err)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		path = filepath.Join("/usr/sbin", name) // where Debian has it, and not everybody looks
	}
	if said, err := exec.Command(path, append([]string{check}, args...)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", name, check, err, said)
	}
	return Start(exec.Command(path, args...), out)
}
