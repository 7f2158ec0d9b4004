package accesslog

import (
	"strconv"
	"time"
)

// appendTime appends the time as C's strftime does in the C locale. A conversion that it does not know is appended as it
// stands.
func appendTime(dst []byte, format string, t time.Time) []byte {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			dst = append(dst, format[i])
			continue
		}
		i++
		c := format[i]
		if (c == 'E' || c == 'O') && i+1 < len(format) {
			i++
			c = format[i]
		}
		dst = appendConversion(dst, c, t)
	}
	return dst
}

func appendConversion(dst []byte, c byte, t time.Time) []byte {
	switch c {
	case 'a':
		return append(dst, t.Weekday().String()[:3]...)
	case 'A':
		return append(dst, t.Weekday().String()...)
	case 'b', 'h':
		return append(dst, t.Month().String()[:3]...)
	case 'B':
		return append(dst, t.Month().String()...)
	case 'c':
		return appendTime(dst, "%a %b %e %H:%M:%S %Y", t)
	case 'C':
		return pad(dst, t.Year()/100, 2, '0')
	case 'd':
		return pad(dst, t.Day(), 2, '0')
	case 'D', 'x':
		return appendTime(dst, "%m/%d/%y", t)
	case 'e':
		return pad(dst, t.Day(), 2, ' ')
	case 'F':
		return appendTime(dst, "%Y-%m-%d", t)
	case 'g', 'G', 'V':
		year, week := t.ISOWeek()
		switch c {
		case 'g':
			return pad(dst, year%100, 2, '0')
		case 'G':
			return strconv.AppendInt(dst, int64(year), 10)
		default:
			return pad(dst, week, 2, '0')
		}
	case 'm':
		return pad(dst, int(t.Month()), 2, '0')
	case 'n':
		return append(dst, '\n')
	case 's':
		return strconv.AppendInt(dst, t.Unix(), 10)
	case 't':
		return append(dst, '\t')
	case 'u':
		return strconv.AppendInt(dst, int64((t.Weekday()+6)%7+1), 10)
	case 'U':
		return pad(dst, (t.YearDay()-1+7-int(t.Weekday()))/7, 2, '0')
	case 'w':
		return strconv.AppendInt(dst, int64(t.Weekday()), 10)
	case 'W':
		return pad(dst, (t.YearDay()-1+7-int((t.Weekday()+6)%7))/7, 2, '0')
	case 'y':
		return pad(dst, t.Year()%100, 2, '0')
	case 'Y':
		return strconv.AppendInt(dst, int64(t.Year()), 10)
	case 'j':
		return pad(dst, t.YearDay(), 3, '0')
	case '%':
		return append(dst, '%')
	}
	return appendClock(dst, c, t)
}

// appendClock appends what depends on the time of day and the zone.
func appendClock(dst []byte, c byte, t time.Time) []byte {
	switch c {
	case 'H':
		return pad(dst, t.Hour(), 2, '0')
	case 'I':
		return pad(dst, (t.Hour()+11)%12+1, 2, '0')
	case 'k':
		return pad(dst, t.Hour(), 2, ' ')
	case 'l':
		return pad(dst, (t.Hour()+11)%12+1, 2, ' ')
	case 'M':
		return pad(dst, t.Minute(), 2, '0')
	case 'p':
		if t.Hour() < 12 {
			return append(dst, "AM"...)
		}
		return append(dst, "PM"...)
	case 'P':
		if t.Hour() < 12 {
			return append(dst, "am"...)
		}
		return append(dst, "pm"...)
	case 'r':
		return appendTime(dst, "%I:%M:%S %p", t)
	case 'R':
		return appendTime(dst, "%H:%M", t)
	case 'S':
		return pad(dst, t.Second(), 2, '0')
	case 'T', 'X':
		return appendTime(dst, "%H:%M:%S", t)
	case 'z':
		return appendZone(dst, t)
	case 'Z':
		name, _ := t.Zone()
		return append(dst, name...)
	}
	return append(dst, '%', c)
}

// appendZone appends the offset from UTC as "+0100".
func appendZone(dst []byte, t time.Time) []byte {
	_, offset := t.Zone()
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = append(dst, sign)
	dst = pad(dst, offset/3600, 2, '0')
	return pad(dst, offset/60%60, 2, '0')
}

// pad appends n, which is not negative, with at least width characters.
func pad(dst []byte, n, width int, fill byte) []byte {
	for range width - digits(n) {
		dst = append(dst, fill)
	}
	return strconv.AppendInt(dst, int64(n), 10)
}

func digits(n int) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d
}
