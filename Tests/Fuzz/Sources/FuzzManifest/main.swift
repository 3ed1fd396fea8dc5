// SPDX-License-Identifier: Apache-2.0
import FuzzDriver
import TestSupport

fuzz { FuzzTarget.manifest.run($0, $1) }
