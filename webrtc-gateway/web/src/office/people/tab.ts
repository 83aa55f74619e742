// What the tabs share: they ask, show, and say what went wrong.

import { LitElement } from "lit";
import type { PeopleWords } from "../../words/people-languages.ts";
import { say } from "../../words/words.ts";
import { localeOf } from "../locale.ts";
import { ApiProblem, type Office, type Problem } from "../page.ts";

const AGAIN_MS = 3000;

export interface Room {
  readonly office: Office;
  readonly words: PeopleWords;
}

export abstract class Tab extends LitElement {
  static override properties: Record<string, object> = {
    room: { attribute: false },
    problems: { state: true },
    busy: { state: true },
    loaded: { state: true },
  };

  declare room: Room;
  declare protected problems: readonly Problem[];
  declare protected busy: boolean;
  declare protected loaded: boolean;
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.problems = [];
    this.busy = this.loaded = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.again);
  }

  /** Again and again until it is there: a gateway that was away comes back. */
  private async begin(): Promise<void> {
    this.loaded = await this.do(() => this.load());
    if (!this.loaded && this.isConnected) this.again = setTimeout(() => void this.begin(), AGAIN_MS);
  }

  override updated(): void {
    const dialog = this.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  }

  protected abstract load(): Promise<void>;

  protected get words(): PeopleWords {
    return this.room.words;
  }

  protected get office(): Office {
    return this.room.office;
  }

  /** Whether it went well; if not, it was said why, in the form or in the corner. */
  protected async do(what: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.problems = [];
    try {
      await what();
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.failed(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** At its field, in the dialog that is open, or in the corner. Who is not signed in any more sees that anyway. */
  private failed(error: ApiProblem): void {
    if (error.status === 401) return;
    if (error.problems.length) this.problems = error.problems;
    else if (error.code === "conflict") {
      this.forget();
      this.office.say("bad", this.because(error));
      void this.do(() => this.load());
    } else if (this.querySelector("dialog[open]")) this.problems = [{ path: "", message: this.because(error) }];
    else this.office.say("bad", this.because(error));
  }

  /** What was begun on what is not so any more. */
  protected forget(): void {}

  private because({ status, code, message }: ApiProblem): string {
    if (status === 0) return say(this.words, "unreachable");
    if (code === "conflict") return say(this.words, "changed_meanwhile");
    return message || say(this.words, "failed");
  }

  protected time(at: string | null): string {
    if (!at) return "–";
    return new Date(at).toLocaleString(localeOf(this.office.language), { dateStyle: "medium", timeStyle: "short" });
  }
}
