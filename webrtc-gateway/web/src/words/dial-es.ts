import type { DialKey } from "./dial-en.ts";
import type { Words } from "./words.ts";

export const words: Words<DialKey> = {
  call: "Llamar a {number}",
  asking: "Un momento…",
  ringing_agent: "Suena su teléfono…",
  ringing_customer: "Llamando…",
  connected: "Conectado",
  ended: "Terminado",
  not_called: "Nadie contestó en su teléfono",
  busy: "Ocupado",
  no_answer: "No contesta",
  cancelled: "Cancelado",
  not_reached: "No localizado",
  refused: "No se puede llamar",
  too_many: "Demasiadas llamadas: espere un poco",
  failed: "Sin conexión con el teléfono",
};
