# SPDX-License-Identifier: Apache-2.0
# Names for the scripts, nothing more.

.PHONY: check test bench compare fuzz format release

check test bench compare fuzz format release:
	@scripts/$@
