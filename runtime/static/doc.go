// Package static is httpd's default handler: it finds the file that a path stands for, says of what type it is, and makes
// the response of it, with conditions and ranges.
//
// It opens files for reading only, and nothing but regular files. Which directory holds for what is decided by the caller.
package static
