package shop

import . "example.com/shop/internal/log"

func (o *Order) find(id int) *Line {
	Print("finding")
	Limit := id
	_ = Limit
	for id := range o.lines {
		if id == Limit {
			return o.lines[id]
		}
	}
	return &Line{Price: Limit}
}

type Finder interface {
	find(id int) *Line
	fmtStringer
}

type fmtStringer interface {
	String() string
}

func with(f Finder) {
	f.find(1).Total(1)
	_ = f.String()
	var any interface{} = f
	if line, ok := any.(*Line); ok {
		line.Total(1)
	}
	any.(*Order).Pay(1)
}
