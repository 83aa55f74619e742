// Where a link to a new password leads: whose it is, and the new one, twice.

import { html, nothing, render } from "lit";
import type { OfficeKey } from "../words/office-en.ts";
import type { OfficeWords } from "../words/office-languages.ts";
import { say } from "../words/words.ts";
import { problemOf } from "./api.ts";
import { type ApiProblem } from "./page.ts";

interface LinkOf {
  readonly name: string;
  readonly office: boolean;
  readonly desk: boolean;
}

type Step = "looking" | "choose" | "sending" | "done" | "bad_link";
type Answer = { readonly link: LinkOf } | { readonly problem: ApiProblem | null };

/** The token is in the fragment, which no server and no log sees; it is taken out of the address at once. */
export function mountPassword(host: HTMLElement, words: OfficeWords): void {
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  document.title = `${say(words, "new_password")} · Cordpair`;
  let step: Step = "looking";
  let link: LinkOf = { name: "", office: false, desk: false };
  let problem = "";

  const show = (next: Step, what = "") => {
    step = next;
    problem = what;
    render(view(), host);
    host.querySelector<HTMLElement>("[autofocus]")?.focus();
  };

  const refused = (answer: ApiProblem | null) => {
    if (answer?.status === 404) show("bad_link");
    else if (answer?.status === 422) show("choose", answer.problems[0]?.message ?? answer.message);
    else show("choose", say(words, answer?.status === 429 ? "many" : "unreachable"));
  };

  const chosen = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const password = form.get("password") as string;
    if (password !== form.get("again")) {
      show("choose", say(words, "not_the_same"));
      return;
    }
    show("sending");
    const answer = await ask({ token, password });
    if ("link" in answer) show("done");
    else refused(answer.problem);
  };

  const inside = () => {
    if (step === "looking") return html`<p>${say(words, "connecting")}</p>`;
    if (step === "bad_link") return html`<p role="alert">${say(words, "bad_link")}</p>`;
    if (step === "done")
      return html`<p role="status">${say(words, "password_set")}</p>
        ${link.office ? html`<a class="button" href="/office">${say(words, "to_office")}</a>` : nothing}
        ${link.desk ? html`<a class="button" href="/desk">${say(words, "to_desk")}</a>` : nothing}`;
    return html`<p>${say(words, "new_password_for")} <bdi class="strong">${link.name}</bdi></p>
      <form @submit=${(event: SubmitEvent) => void chosen(event)}>
        <input
          class="unseen"
          name="name"
          autocomplete="username"
          .value=${link.name}
          readonly
          tabindex="-1"
          aria-label=${say(words, "user")}
        />
        ${field("password", "new_password", true)} ${field("again", "again", false)}
        <p class="soft">${say(words, "password_rule")}</p>
        <p class="problem" role="alert">${problem}</p>
        <button type="submit" ?disabled=${step === "sending"}>${say(words, "set_password")}</button>
      </form>`;
  };

  const field = (name: string, label: OfficeKey, first: boolean) =>
    html`<label
      >${say(words, label)}<input
        name=${name}
        type="password"
        autocomplete="new-password"
        minlength="10"
        maxlength="256"
        required
        ?autofocus=${first}
    /></label>`;

  const view = () =>
    html`<main class="gate">
      <section class="sheet">
        <div class="brand big">Cordpair</div>
        <h1>${say(words, "new_password")}</h1>
        ${inside()}
      </section>
    </main>`;

  show("looking");
  void ask({ token }).then((answer) => {
    if ("link" in answer) {
      link = answer.link;
      show("choose");
    } else if (answer.problem && answer.problem.status !== 429) show("bad_link");
    else refused(answer.problem);
  });
}

async function ask(body: { token: string; password?: string }): Promise<Answer> {
  if (!body.token) return { problem: await problemOf(new Response(null, { status: 404 })) };
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/v1/password", { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) return { problem: await problemOf(answer) };
    return { link: (await answer.json()) as LinkOf };
  } catch {
    return { problem: null };
  }
}
