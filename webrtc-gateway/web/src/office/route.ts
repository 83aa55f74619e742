// Addresses of the office: /office/<page>/<rest>.

export const HOME = "/office";
/** Where links to a new password lead: no page of the registry, for whoever has one is not signed in. */
export const PASSWORD = "password";

export interface Route {
  readonly page: string;
  readonly rest: string;
}

export function routeOf(pathname: string): Route {
  const [page = "", ...rest] = pathname.slice(HOME.length).split("/").filter(Boolean);
  return { page: decoded(page), rest: rest.map(decoded).join("/") };
}

/** `path`: as pages say it, such as "contacts/019…"; what is in it stays text. */
export function addressOf(path: string): string {
  const parts = path.split("/").filter(Boolean);
  return [HOME, ...parts.map((part) => encodeURIComponent(part))].join("/");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
