package daemon

import (
	"context"
	"io"
	"log/slog"
	"net/netip"

	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/trace"
)

// NewLog returns a log of lines of text. What LogLevel asks modules to say has levels of its own: TRACE1 to TRACE8.
func NewLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if level, ok := a.Value.Any().(slog.Level); ok && a.Key == slog.LevelKey && len(groups) == 0 && level < slog.LevelDebug {
			return slog.String(slog.LevelKey, "TRACE"+string(rune('0'+slog.LevelDebug-level)))
		}
		return a
	}}))
}

// tracer writes what modules say into a log. It comes past the level of the log: the configuration has its own.
type tracer struct{ log *slog.Logger }

// Message implements trace.Sink.
func (t tracer) Message(module trace.Module, level trace.Level, client netip.AddrPort, text string) {
	record := slog.NewRecord(clock.Wall{}.Now(), levelOf(level), text, 0)
	record.AddAttrs(slog.String("module", module.String()), slog.String("client", client.String()))
	_ = t.log.Handler().Handle(context.Background(), record) // nobody could be told
}

// levelOf is a level of httpd in a log.
func levelOf(level trace.Level) slog.Level {
	switch {
	case level <= trace.Error:
		return slog.LevelError
	case level == trace.Warn:
		return slog.LevelWarn
	case level <= trace.Info:
		return slog.LevelInfo
	}
	return slog.LevelDebug - slog.Level(level-trace.Debug)
}
