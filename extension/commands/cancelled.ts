/** The user turned away, or has been told why nothing comes of it: nothing more to do or to say. */
export class Cancelled extends Error {
  override name = 'Cancelled';
}
