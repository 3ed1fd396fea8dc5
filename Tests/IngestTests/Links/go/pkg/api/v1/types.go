package v1

type Price struct{ Cents int }

func (p Price) Half() Price { return Price{p.Cents / 2} }
