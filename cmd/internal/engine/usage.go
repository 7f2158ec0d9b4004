package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// clockTick is the unit of the times in /proc/PID/stat. It is USER_HZ, which Linux fixes at 100 on every architecture
// that Go runs on.
const clockTick = 10 * time.Millisecond

// Usage is what the processes of an engine have used since they started.
type Usage struct {
	CPU      time.Duration // user and system time of all living processes, and of children they have waited for
	Resident int64         // resident memory, bytes; pages that processes share count once for each
	PIDs     []int         // the processes, parents before children
}

// Usage sums up the process tree. It reads /proc, so it is for Linux.
func (p *Process) Usage() (Usage, error) {
	stats, err := p.tree()
	if err != nil {
		return Usage{}, err
	}
	var usage Usage
	for _, s := range stats {
		usage.CPU += time.Duration(s.ticks) * clockTick
		usage.Resident += s.pages * int64(os.Getpagesize())
		usage.PIDs = append(usage.PIDs, s.pid)
	}
	return usage, nil
}

type stat struct {
	pid, parent int
	ticks       int64 // utime, stime, cutime and cstime
	pages       int64
}

func (p *Process) tree() ([]stat, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("processes of an engine are counted through /proc: %w", err)
	}
	children := map[int][]stat{}
	var list []stat
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		s, err := readStat(pid)
		if err != nil {
			continue // it ended between the two reads
		}
		if pid == p.cmd.Process.Pid {
			list = append(list, s)
		}
		children[s.parent] = append(children[s.parent], s)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("process %d: %w", p.cmd.Process.Pid, os.ErrProcessDone)
	}
	for i := 0; i < len(list); i++ {
		list = append(list, children[list[i].pid]...)
	}
	return list, nil
}

var errStat = errors.New("unexpected form of /proc/PID/stat")

// readStat reads proc_pid_stat(5). The name of the program, in parentheses, may hold anything, so fields are counted
// from the last closing one.
func readStat(pid int) (stat, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	const state = 3 // number in the manual of the first field after the name
	number := func(field int) int64 {
		if field-state >= len(fields) {
			err = errStat
			return 0
		}
		n, convErr := strconv.ParseInt(string(fields[field-state]), 10, 64)
		if convErr != nil {
			err = errStat
		}
		return n
	}
	s := stat{pid: pid, parent: int(number(4)), ticks: number(14) + number(15) + number(16) + number(17), pages: number(24)}
	return s, err
}
