package static

import (
	"os"
	"syscall"
)

// openFlags never wait for the other end of a pipe, and do not follow a link that took the place of a file where links are
// not followed.
func openFlags(p *Policy) int {
	flags := os.O_RDONLY | syscall.O_NONBLOCK
	if p.Links == LinksNone {
		flags |= syscall.O_NOFOLLOW
	}
	return flags
}
