import { html, nothing } from "lit";
import { say } from "../../words/words.ts";
import type { Room } from "../room.ts";

export function signInForm({ desk, words, does }: Room) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    does.signIn(form.get("name") as string, form.get("password") as string);
  };
  return html`<main class="gate">
    <form class="sheet" @submit=${submit}>
      <div class="brand big">Cordpair</div>
      <h1>${say(words, "title")}</h1>
      <label>${say(words, "user")}<input name="name" autocomplete="username" required autofocus /></label>
      <label
        >${say(words, "password")}<input name="password" type="password" autocomplete="current-password" required
      /></label>
      <p class="problem" role="alert">${desk.signInError ? say(words, desk.signInError) : nothing}</p>
      <button type="submit">${say(words, "sign_in")}</button>
      ${desk.house ? html`<a id="house" href=${desk.house}>${say(words, "sign_in_house")}</a>` : nothing}
    </form>
  </main>`;
}

/** The desk follows the agent: here it is closed. */
export function elsewhere({ words, does }: Room) {
  return html`<main class="gate">
    <section class="sheet">
      <div class="brand big">Cordpair</div>
      <h1>${say(words, "elsewhere_title")}</h1>
      <p role="status">${say(words, "elsewhere")}</p>
      <button id="come-here" @click=${does.comeHere}>${say(words, "come_here")}</button>
    </section>
  </main>`;
}
