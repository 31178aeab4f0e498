/** A mistake in what the user gave us: the message is one sentence that says where, what and what to do. Exit code 2. */
export class UserError extends Error {
  override name = 'UserError';
}
