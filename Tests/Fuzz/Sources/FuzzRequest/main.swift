// SPDX-License-Identifier: Apache-2.0
import FuzzDriver
import TestSupport

fuzz { FuzzTarget.request.run($0, $1) }
