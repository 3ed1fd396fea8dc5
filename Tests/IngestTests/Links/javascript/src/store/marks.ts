// A decorator is a function; what it is given is named as anywhere.
import { mark } from './marking'

function plain(target: any) {}
function made(by: () => void) { return plain }
function given() {}

@plain
export class One {
  @mark step() {}
}

@made(given)
export class Two {}
