export class Sphere {
  volume(): number;
  stretch(by: number): this;
}
