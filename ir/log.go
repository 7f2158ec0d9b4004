package ir

// LogFormat defines a format: `LogFormat "%h %>s" short`. Without a nickname it is the format of later TransferLogs.
type LogFormat struct {
	Node
	// Format is the text.
	Format string
	// Nickname may be empty.
	Nickname string
}

// CustomLog is an access log.
type CustomLog struct {
	Node
	// Target is a file, relative to the ServerRoot, or a pipe that begins with |.
	Target string
	// Format is a nickname or the text of a format; it may be empty: the last LogFormat without a nickname counts.
	Format string
	// Condition is env=VAR, env=!VAR, expr=… or empty.
	Condition string
}

func (*LogFormat) item() {}
func (*CustomLog) item() {}
