// Problems by the place they are about: what stands at a field, what a section or an entry holds.

import { parsePath, type Path, showPath, startsWith } from "./tables.ts";

export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly severity: "error" | "warning";
}

export interface Located extends Problem {
  readonly place: Path;
}

export class Problems {
  readonly all: readonly Located[];
  private readonly bySection = new Map<string, Located[]>();

  constructor(found: readonly Problem[] = []) {
    // Errors first: nothing can be applied before they are gone.
    const located = found.map((problem) => ({ ...problem, place: parsePath(problem.path) }));
    this.all = [...located.filter(({ severity }) => severity === "error"), ...located.filter(isWarning)];
    for (const problem of this.all) {
      const section = String(problem.place[0] ?? "");
      this.bySection.set(section, [...(this.bySection.get(section) ?? []), problem]);
    }
  }

  get errors(): number {
    return this.all.filter((problem) => !isWarning(problem)).length;
  }

  /** About this place itself, or about something in it. */
  under(path: Path): readonly Located[] {
    const here = this.bySection.get(String(path[0] ?? "")) ?? [];
    return path.length < 2 ? here : here.filter(({ place }) => startsWith(place, path));
  }

  /** About this place itself, or about a part of it that has no field of its own among `fields`. */
  at(path: Path, fields: readonly Path[] = []): readonly Located[] {
    return this.under(path).filter(
      ({ place }) =>
        showPath(place) === showPath(path) || (fields.length > 0 && !fields.some((field) => startsWith(place, field))),
    );
  }
}

const isWarning = ({ severity }: Problem): boolean => severity === "warning";
