package main

// job is what the clients want of a proxy.
type job struct {
	// title says it in a few words.
	title string
	// bodyBytes is the length of each response's body.
	bodyBytes int
	// connections is how many clients there are.
	connections int
	// tls says that the clients speak TLS 1.3.
	tls bool
	// closes says that each request has a connection of its own.
	closes bool
}

// jobs are the benchmarks of requests: each differs from small in one respect.
type jobs struct {
	Small trafficCmd `cmd:"" help:"A small GET over kept-alive connections, one backend, no access log."`
	TenK  trafficCmd `cmd:"" name:"10k" help:"The same with a body of 10,000 bytes."`
	OneM  trafficCmd `cmd:"" name:"1m" help:"The same with a body of 1,000,000 bytes."`
	TLS   trafficCmd `cmd:"" help:"The small GET over TLS 1.3, kept alive; the backend is plain."`
	NoKA  trafficCmd `cmd:"" name:"noka" help:"The small GET, each over a connection of its own; those to the backend are kept."`
	C512  trafficCmd `cmd:"" name:"c512" help:"The small GET over 512 connections."`
}

func newJobs() jobs {
	small := job{title: "a small GET through one backend", bodyBytes: 100, connections: 64}
	tenK, oneM, secure, noKA, c512 := small, small, small, small, small
	tenK.title, tenK.bodyBytes = "a body of 10,000 bytes", 10_000
	oneM.title, oneM.bodyBytes = "a body of 1,000,000 bytes", 1_000_000
	secure.title, secure.tls = "TLS", true
	noKA.title, noKA.closes = "a connection for each request", true
	c512.title, c512.connections = "512 connections", 512
	return jobs{
		Small: trafficCmd{job: small}, TenK: trafficCmd{job: tenK}, OneM: trafficCmd{job: oneM},
		TLS: trafficCmd{job: secure}, NoKA: trafficCmd{job: noKA}, C512: trafficCmd{job: c512},
	}
}

// request is what a client sends.
func (j job) request() []byte {
	head := "GET /index.html HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: lbbench\r\nAccept: */*\r\n"
	if j.closes {
		head += "Connection: close\r\n"
	}
	return []byte(head + "\r\n")
}

// says is the job in the words of a report.
func (j job) says() string {
	how := "kept alive"
	if j.closes {
		how = "one for each request"
	}
	if j.tls {
		how += ", TLS 1.3"
	}
	return how
}
