package ir

// FilterByType lets responses of some types go through filters: `AddOutputFilterByType DEFLATE text/html`.
type FilterByType struct {
	Node
	// Filters are the names of the filters, joined by semicolons.
	Filters string
	// Types has at least one entry: a media type without parameters, compared as it is written.
	Types []string
}

func (*FilterByType) item() {}
