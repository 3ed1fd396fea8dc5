// SPDX-License-Identifier: Apache-2.0
import Platform

StandardStream.makeSureOfAll()
exitProcess(CommandLineTool.run(Array(CommandLine.arguments.dropFirst())).rawValue)
