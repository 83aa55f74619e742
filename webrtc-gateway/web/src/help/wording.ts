// Which words belong to a view: a title, a line of detail, and what a screen reader is told.

import type { HelpKey } from "../words/help-en.ts";
import { placeText, waitText } from "../words/wait.ts";
import { say, type Words } from "../words/words.ts";
import { isBroken, isInCall, type View } from "./view.ts";

export interface Wording {
  readonly title: string;
  readonly detail: string;
}

const ENDED: Readonly<Record<string, readonly [HelpKey, HelpKey]>> = {
  agent: ["ended_title", "ended_agent"],
  customer: ["ended_title", "ended_customer"],
  left: ["ended_title", "ended_left"],
  closed: ["ended_closed_title", "ended_closed"],
  timed_out: ["ended_timed_out_title", "ended_timed_out"],
  failed: ["ended_failed_title", "ended_failed"],
};

const REFUSED: Readonly<Record<string, readonly [HelpKey, HelpKey]>> = {
  refused_microphone: ["refused_microphone_title", "refused_microphone"],
  no_microphone: ["no_microphone_title", "no_microphone"],
  insecure: ["insecure_title", "insecure"],
  ticket: ["ticket_title", "ticket"],
  expired: ["expired_title", "expired"],
  busy: ["busy_title", "busy"],
  closed: ["ended_closed_title", "ended_closed"],
};

export function agentName(view: View, words: Words<HelpKey>): string {
  return view.agent || say(words, "somebody");
}

export function wording(view: View, words: Words<HelpKey>): Wording {
  const text = (title: HelpKey, detail: HelpKey) => ({ title: say(words, title), detail: say(words, detail) });
  if (isBroken(view)) return text("lost_title", isInCall(view) ? "lost_call" : "lost");
  switch (view.phase) {
    case "idle":
      return { title: say(words, "title"), detail: "" };
    case "asking":
      return text("asking_title", view.media === "video" ? "asking_video" : "asking");
    case "joining":
      return text("joining_title", "joining");
    case "waiting":
      return waiting(view, words);
    case "calling":
      return text("calling_title", "calling");
    case "ringing":
      return text("calling_title", "ringing");
    case "talking":
      return {
        title: view.agent ? say(words, "talking_title", { agent: view.agent }) : say(words, "talking_title_nobody"),
        detail: view.muted ? say(words, "muted") : "",
      };
    case "held":
      return { title: say(words, "held_title"), detail: say(words, "held", { agent: agentName(view, words) }) };
    case "refused":
      return text(...(REFUSED[view.refusal ?? "ticket"] ?? (["ticket_title", "ticket"] as const)));
    case "ended":
      return text(...(ENDED[view.end ?? "agent"] ?? (["ended_title", "ended_agent"] as const)));
  }
}

function waiting(view: View, words: Words<HelpKey>): Wording {
  const why = view.again ? say(words, "again") : view.cause ? say(words, `cause_${view.cause}` as HelpKey) : "";
  return {
    title: placeText(words, view.place) || say(words, "joining_title"),
    detail: [waitText(words, view.wait), why].filter(Boolean).join(". ").replaceAll("..", "."),
  };
}

/** One sentence for the live region; it changes only when something worth hearing changed. */
export function announcement(view: View, words: Words<HelpKey>): string {
  if (view.phase === "idle") return "";
  const { title, detail } = wording(view, words);
  const asked =
    view.share === "asked"
      ? say(words, "share_asked", { agent: agentName(view, words) })
      : view.share === "on"
        ? say(words, "sharing", { agent: agentName(view, words) })
        : "";
  return [title, detail, asked].filter(Boolean).join(". ");
}
