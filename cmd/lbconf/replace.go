package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// replaceFile writes a file through a temporary one beside it, so that a failure leaves the old content. A link keeps
// pointing where it points, and the file keeps its mode and owner. What is no regular file, a device or a pipe, is written
// to and stays what it is.
func replaceFile(name string, content []byte) error {
	target, mode := name, os.FileMode(0o644)
	if resolved, err := filepath.EvalSymlinks(name); err == nil {
		target = resolved
	}
	old, err := os.Stat(target)
	if err == nil {
		switch {
		case old.IsDir():
			return fmt.Errorf("write %s: it is a folder: name a file", name)
		case !old.Mode().IsRegular():
			return writeDevice(target, content)
		}
		mode = old.Mode().Perm()
	}
	if err := replaceRegular(target, content, mode, old); err != nil {
		if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathErr.Err // the name of the temporary file helps nobody
		}
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func writeDevice(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// replaceRegular replaces a file; old is what it was, or nil.
func replaceRegular(name string, content []byte, mode os.FileMode, old os.FileInfo) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(name), ".lbconf.*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}()
	_, err = temp.Write(content)
	if err = errors.Join(err, keepOwner(temp, old), temp.Chmod(mode), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}

// keepOwner gives a new file the owner and group of the one that it takes the place of.
func keepOwner(temp *os.File, old os.FileInfo) error {
	if old == nil {
		return nil
	}
	info, err := temp.Stat()
	if err != nil {
		return err
	}
	was, ok := old.Sys().(*syscall.Stat_t)
	is, same := info.Sys().(*syscall.Stat_t)
	if !ok || !same || was.Uid == is.Uid && was.Gid == is.Gid {
		return nil
	}
	if err := temp.Chown(int(was.Uid), int(was.Gid)); err != nil {
		return fmt.Errorf("it belongs to user %d and group %d, which a new file cannot be given: run lbconf as that user or as root", was.Uid, was.Gid)
	}
	return nil
}
