package log

import std "log"

func Print(text string) {
	std.Print(text)
	print(text)
}

func print(text string) {
	println(text)
}
