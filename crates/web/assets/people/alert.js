// A short tone and a vibration for a new arrival. Off until the teacher wants it: a class is a quiet place, and
// browsers allow sound only after a touch.

import { fill, icon, t } from "./kit.js";

const KEY = "teacher.alert";
let audio = null;
let on = false;

/** Wires the switch; `draw` again after a change of language. */
export function alertSwitch(button) {
  try {
    on = localStorage.getItem(KEY) === "on";
  } catch {
    on = false;
  }
  const draw = () => {
    button.setAttribute("aria-pressed", String(on));
    fill(button, icon("bell"), t(on ? "teacher.alert_on" : "teacher.alert_off"));
  };
  button.addEventListener("click", () => {
    on = !on;
    try {
      localStorage.setItem(KEY, on ? "on" : "off");
    } catch {
      // Without storage the switch lasts as long as the page.
    }
    draw();
    ring();
  });
  return draw;
}

export function ring() {
  if (!on) return;
  navigator.vibrate?.(120);
  audio ??= new AudioContext();
  audio.resume?.().catch(() => {});
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = 880;
  volume.gain.setValueAtTime(0.15, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.35);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.4);
}
