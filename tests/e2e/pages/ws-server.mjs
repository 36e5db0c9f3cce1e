// The server's half of a WebSocket in a few lines (RFC 6455): text frames out, close frames both ways.

import { createHash } from "node:crypto";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Accepts an upgrade; answers `{ send(object), close(code), destroy() }`. */
export function accept(request, socket, protocol) {
  const key = createHash("sha1").update(request.headers["sec-websocket-key"] + MAGIC).digest("base64");
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
      `sec-websocket-accept: ${key}\r\nsec-websocket-protocol: ${protocol}\r\n\r\n`,
  );
  socket.on("error", () => {});
  // The pages send nothing but a close frame.
  socket.on("data", (bytes) => (bytes[0] & 0x0f) === 0x8 && socket.end(frame(0x8, Buffer.alloc(0))));
  return {
    send: (object) => socket.write(frame(0x1, Buffer.from(JSON.stringify(object)))),
    close(code) {
      const body = Buffer.alloc(2);
      body.writeUInt16BE(code);
      socket.end(frame(0x8, body));
    },
    destroy: () => socket.destroy(),
    onGone: (listener) => socket.on("close", listener),
  };
}

function frame(opcode, body) {
  const length = body.length < 126 ? Buffer.from([body.length]) : Buffer.from([126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([0x80 | opcode]), length, body]);
}
