package eval

import (
	"bytes"
	"os"
)

// FileHas answers a file test of a condition by its letter: -d is a folder, -f a regular file, -s one that is not empty, -L
// or -h a symbolic link, -x a file with any execute bit and -e anything. It asks what a symbolic link leads to, or with link
// the link itself. A path that is not absolute begins at the root, where httpd runs. It is false for a path with a NUL and for
// a test of another letter.
func FileHas(test byte, path []byte, link bool) bool {
	if len(path) == 0 || bytes.IndexByte(path, 0) >= 0 {
		return false
	}
	name := string(path)
	if name[0] != '/' {
		name = "/" + name
	}
	stat := os.Stat
	if link {
		stat = os.Lstat
	}
	info, err := stat(name)
	if err != nil {
		return false
	}
	switch test {
	case 'd':
		return info.IsDir()
	case 'f':
		return info.Mode().IsRegular()
	case 's':
		return info.Mode().IsRegular() && info.Size() > 0
	case 'L', 'h':
		return info.Mode()&os.ModeSymlink != 0
	case 'x':
		return info.Mode().Perm()&0o111 != 0
	}
	return test == 'e'
}
