import type { DialKey } from "./dial-en.ts";
import type { Words } from "./words.ts";

export const words: Words<DialKey> = {
  call: "{number} anrufen",
  asking: "Einen Moment…",
  ringing_agent: "Ihr Telefon klingelt…",
  ringing_customer: "Es klingelt dort…",
  connected: "Verbunden",
  ended: "Beendet",
  not_called: "An Ihrem Telefon ging niemand ran",
  busy: "Besetzt",
  no_answer: "Niemand geht ran",
  cancelled: "Abgebrochen",
  not_reached: "Nicht erreicht",
  refused: "Kann nicht angerufen werden",
  too_many: "Zu viele Anrufe: bitte kurz warten",
  failed: "Keine Verbindung zum Telefon",
};
