/** Vendors' clients read keys, headers and addresses of their own from these, and send them to any server. */
const vendorVariable = /^(?:OPENAI|ANTHROPIC)_/;

/**
 * Makes a vendor's client that knows only what it is told here: their variables are not in the environment meanwhile.
 * `make` must be synchronous, so that nothing else sees the gap.
 */
export function withoutVendorSettings<Client>(make: () => Client): Client {
  const set = Object.entries(process.env).filter(([name]) => vendorVariable.test(name));
  for (const [name] of set) delete process.env[name];
  try {
    return make();
  } finally {
    for (const [name, value] of set) process.env[name] = value;
  }
}
