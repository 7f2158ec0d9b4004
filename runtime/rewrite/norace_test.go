//go:build !race

package rewrite_test

// racing says that the race detector runs, under which pools forget on purpose and allocations say nothing.
const racing = false
