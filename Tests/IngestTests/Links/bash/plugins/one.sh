# Read by tools/host.sh, which no path says.
hook_format() { register one; }
register one
install x
usage
