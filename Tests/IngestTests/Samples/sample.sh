#!/bin/bash
source ./lib.sh
# Doc
foo() { bar "$1"; local x=1; if [ a ]; then baz; fi; }
function qux { foo a | grep b && echo c; }
X=1
readonly Y=2
export Z=3
