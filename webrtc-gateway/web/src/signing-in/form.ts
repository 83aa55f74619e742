// The form that everybody signs in with, at a desk and in the office.

import { html, nothing } from "lit";
import { say, type Words } from "../words/words.ts";
import type { SignInError } from "./account.ts";

export type SignInKey =
  "title" | "user" | "password" | "sign_in" | "sign_in_house" | "to_office" | Exclude<SignInError, "">;

export interface SignInForm {
  readonly words: Words<SignInKey>;
  readonly error: SignInError;
  /** Where those sign in who have an account of the house; empty: there are none. */
  readonly house: string;
  readonly submit: (name: string, password: string) => void;
}

export function signInForm({ words, error, house, submit }: SignInForm) {
  const sent = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    submit(form.get("name") as string, form.get("password") as string);
  };
  return html`<main class="gate">
    <form class="sheet" @submit=${sent}>
      <div class="brand big">Cordpair</div>
      <h1>${say(words, "title")}</h1>
      <label>${say(words, "user")}<input name="name" autocomplete="username" required autofocus /></label>
      <label
        >${say(words, "password")}<input name="password" type="password" autocomplete="current-password" required
      /></label>
      <p class="problem" role="alert">${error ? say(words, error) : nothing}</p>
      ${error === "no_agent" ? html`<a href="/office">${say(words, "to_office")}</a>` : nothing}
      <button type="submit">${say(words, "sign_in")}</button>
      ${house ? html`<a id="house" href=${house}>${say(words, "sign_in_house")}</a>` : nothing}
    </form>
  </main>`;
}
