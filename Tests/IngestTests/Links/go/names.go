package shop

import (
	"example.com/shop/pkg/api/v1"
	"example.com/shop/pkg/money"
)

// What the path of the other import ends with is free for others.
var money = purse{}

type purse struct{}

func (purse) Spend(v1.Price) {}

func rates() int {
	price := v1.Price{Cents: 3}
	money.Spend(price.Half())
	return exchange.Rate(price)
}
