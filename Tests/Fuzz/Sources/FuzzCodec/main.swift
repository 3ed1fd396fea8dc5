// SPDX-License-Identifier: Apache-2.0
import FuzzDriver
import TestSupport

fuzz { FuzzTarget.codec.run($0, $1) }
