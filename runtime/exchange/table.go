package exchange

import (
	"iter"
	"slices"

	"github.com/lbconf/lbconf/parser/clib"
)

// Table is a small ordered table of names and values, as httpd's environment and notes. The case of names does
// not count (APR: apr_table_t). It keeps its values in room of its own. The zero value is empty and ready for use.
type Table struct {
	entries []entry
	room    []byte
}

type entry struct {
	name  string
	value []byte
}

// Reset empties the table and keeps its room. Values that Get returned are no longer valid.
func (t *Table) Reset() {
	t.entries, t.room = t.entries[:0], t.room[:0]
}

// Clone returns a table with the same entries that changes on its own. It is valid until t is Reset.
func (t *Table) Clone() Table { return Table{entries: slices.Clone(t.entries)} }

// Len returns the number of entries.
func (t *Table) Len() int { return len(t.entries) }

// Get returns the value of a name and whether the table has it. It is valid until the name is set again or Reset.
func (t *Table) Get(name string) (value []byte, ok bool) {
	if i := t.index(name); i >= 0 {
		return t.entries[i].value, true
	}
	return nil, false
}

// Set gives a name a copy of value. A name that is there keeps its place.
func (t *Table) Set(name string, value []byte) {
	start := len(t.room)
	t.room = append(t.room, value...)
	t.put(name, start)
}

// SetString gives a name a copy of value. A name that is there keeps its place.
func (t *Table) SetString(name, value string) {
	start := len(t.room)
	t.room = append(t.room, value...)
	t.put(name, start)
}

// put makes what the room holds from start on the value of a name. When the room moved, older values stay valid where
// they were.
func (t *Table) put(name string, start int) {
	value := t.room[start:len(t.room):len(t.room)]
	if i := t.index(name); i >= 0 {
		t.entries[i].value = value
		return
	}
	t.entries = append(t.entries, entry{name, value})
}

// Unset removes a name.
func (t *Table) Unset(name string) {
	if i := t.index(name); i >= 0 {
		t.entries = append(t.entries[:i], t.entries[i+1:]...)
	}
}

// Prefix puts a text in front of all names.
func (t *Table) Prefix(text string) {
	for i := range t.entries {
		t.entries[i].name = text + t.entries[i].name
	}
}

// All yields names and values in the order in which the names came.
func (t *Table) All() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, e := range t.entries {
			if !yield(e.name, e.value) {
				return
			}
		}
	}
}

func (t *Table) index(name string) int {
	for i := range t.entries {
		if clib.EqualFold(t.entries[i].name, name) {
			return i
		}
	}
	return -1
}
