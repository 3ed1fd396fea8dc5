#!/bin/bash
source ./lib.sh
# Doc
foo() { bar "$1"; local x=1; if [ a ]; then baz; fi; }
function qux { foo a | grep b && echo c; }
X=1
readonly Y=2
export Z=3
LC_ALL=C sort x
A=1 B=2
FOO=1 BAR=2 foo
