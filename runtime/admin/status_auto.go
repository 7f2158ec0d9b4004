package admin

import (
	"fmt"
	"time"
)

// appendAuto appends the report for programs: the keys of mod_status's ?auto in its order.
func (f *figures) appendAuto(dst []byte) []byte {
	up := int64(f.Uptime() / time.Second)
	now, started := f.Now.UTC(), f.Started.UTC()
	dst = fmt.Appendf(dst, "%s\nServerVersion: %s\nServerMPM: %s\nServer Built: %s\n", f.Name, f.Software, "goroutine", f.Built)
	dst = fmt.Appendf(dst, "CurrentTime: %s\nRestartTime: %s\n", httpTime(now), httpTime(started))
	dst = fmt.Appendf(dst, "ParentServerConfigGeneration: %d\nParentServerMPMGeneration: %d\n", f.Loads, f.Loads-1)
	dst = fmt.Appendf(dst, "ServerUptimeSeconds: %d\nServerUptime:%s\n", up, uptime(f.Uptime()))
	dst = fmt.Appendf(dst, "Load1: %s\nLoad5: %s\nLoad15: %s\n", f.LoadAverages[0], f.LoadAverages[1], f.LoadAverages[2])
	if f.Extended {
		dst = f.appendExtended(dst, up)
	}
	dst = fmt.Appendf(dst, "BusyWorkers: %d\nGracefulWorkers: 0\nIdleWorkers: %d\n", f.Busy, f.Idle())
	dst = fmt.Appendf(dst, "Processes: 1\nStopping: 0\nConnsTotal: %d\n", f.Connections.Open)
	dst = fmt.Appendf(dst, "ConnsAsyncWaitIO: 0\nConnsAsyncWriting: 0\nConnsAsyncKeepAlive: %d\nConnsAsyncClosing: %d\n", f.Waiting(), f.Connections.Lingering)
	dst = fmt.Appendf(dst, "Scoreboard: %s\n", f.Scoreboard())
	return f.appendBalancers(dst)
}

func (f *figures) appendExtended(dst []byte, up int64) []byte {
	kilobytes := float64(f.kilobytes())
	dst = fmt.Appendf(dst, "Total Accesses: %d\nTotal kBytes: %d\nTotal Duration: %d\n", f.Accesses, f.kilobytes(), f.Duration.Milliseconds())
	dst = fmt.Appendf(dst, "CPUUser: %s\nCPUSystem: %s\nCPUChildrenUser: %s\nCPUChildrenSystem: %s\n",
		general(f.Times.user), general(f.Times.system), general(f.Times.childUser), general(f.Times.childSystem))
	if f.Times.sum() > 0 {
		dst = fmt.Appendf(dst, "CPULoad: %s\n", cpuText(f.cpuLoad()))
	}
	dst = fmt.Appendf(dst, "Uptime: %d\n", up)
	if up > 0 {
		dst = fmt.Appendf(dst, "ReqPerSec: %s\nBytesPerSec: %s\n", general(f.perSecond(float64(f.Accesses))), general(f.perSecond(1024*kilobytes)))
	}
	if f.Accesses > 0 {
		dst = fmt.Appendf(dst, "BytesPerReq: %s\nDurationPerReq: %s\n",
			general(f.perRequest(1024*kilobytes)), general(f.perRequest(float64(f.Duration.Milliseconds()))))
	}
	return dst
}

// cpuText is a share in the text of C, where a server that just started has used infinitely much.
func cpuText(load float64) string {
	if load > 1e300 {
		return "inf"
	}
	return general(load)
}

// appendBalancers appends what mod_proxy_balancer adds with ProxyStatus On.
func (f *figures) appendBalancers(dst []byte) []byte {
	for i, b := range f.Balancers {
		dst = fmt.Appendf(dst, "ProxyBalancer[%d]Name: %s\n", i, b.Name)
		for n, w := range b.Live().Members {
			key := fmt.Sprintf("ProxyBalancer[%d]Worker[%d]", i, n)
			dst = fmt.Appendf(dst, "%sName: %s\n%sStatus: %s\n%sElected: %d\n%sBusy: %d\n%sSent: %dK\n%sRcvd: %dK\n",
				key, w.Name, key, stateText(w.Slot.Status()), key, w.Slot.Elected(), key, w.Slot.Busy(),
				key, w.Slot.Transferred()>>10, key, w.Slot.Read()>>10)
		}
	}
	return dst
}
