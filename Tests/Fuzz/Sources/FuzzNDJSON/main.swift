// SPDX-License-Identifier: Apache-2.0
import FuzzDriver
import TestSupport

fuzz { FuzzTarget.ndjson.run($0, $1) }
