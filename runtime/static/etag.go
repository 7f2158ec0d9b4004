package static

import (
	"io/fs"
	"strconv"
	"syscall"
	"time"
)

// etag makes the entity tag of a file: hexadecimal numbers joined by -, or nothing without parts. It is weak while the file
// could change again within the second (http: ap_make_etag).
func etag(info fs.FileInfo, parts ETagParts, now time.Time) []byte {
	if parts == 0 {
		return nil
	}
	var tag []byte
	modified := info.ModTime()
	if now.Sub(modified) <= time.Second {
		tag = append(tag, "W/"...)
	}
	tag = append(tag, '"')
	first := len(tag)
	add := func(n uint64) {
		if len(tag) > first {
			tag = append(tag, '-')
		}
		tag = strconv.AppendUint(tag, n, 16)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && parts&ETagINode != 0 {
		add(stat.Ino)
	}
	if parts&ETagSize != 0 {
		add(uint64(info.Size()))
	}
	if parts&ETagMTime != 0 {
		add(uint64(modified.UnixMicro()))
	}
	return append(tag, '"')
}
