// A fake of the server's public feed, for what a real garage cannot show on demand: holidays, a dead gateway, an outage.
// Started alone (`node fake-feed.mjs 8091`) it serves the page for looking at.

import { createServer } from "node:http";

import { golden, sendAnswer } from "./answer.mjs";
import { sendAsset } from "./assets.mjs";

let number = 0;

/** A site as the server writes it: live unless `change` takes that away. */
export function site(change = {}) {
  number += 1;
  const at = new Date().toISOString();
  const made = golden("parking_site", {
    id: number, original_uid: `garage-${number}`, name: `车库${number}`, name_en: `Garage ${number}`,
    realtime_data_updated_at: at, static_data_updated_at: at, created_at: at, modified_at: at, ...change,
  });
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== null));
}

export const noData = { has_realtime_data: false, realtime_capacity: null, realtime_free_capacity: null, realtime_opening_status: "UNKNOWN", realtime_data_updated_at: null };

export async function startFeed({ port = 0, sites = [] } = {}) {
  const world = { sites, source: {}, maxAge: 180 };
  const server = createServer((request, response) => {
    // Without the header the page goes by its own clock, which a test can set.
    response.sendDate = false;
    const { pathname } = new URL(request.url, "http://feed");
    const answer = (body) => sendAnswer(request, response, [200, body]);
    if (pathname === "/api/public/v3/parking-sites") answer({ items: world.sites, total_count: world.sites.length, realtime_max_age_s: world.maxAge });
    else if (pathname === "/api/public/v3/sources") answer({ items: [golden("feed_source", world.source)], total_count: 1 });
    else if (pathname.endsWith("/forecast")) answer({ made_at: new Date().toISOString(), step_minutes: 15, pools: [] });
    else sendAsset("operator", pathname, response);
  });
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  world.url = `http://127.0.0.1:${server.address().port}`;
  world.close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return world;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const sites = [
    site({ name: "海风路小学地下车库 B1", name_en: "Haifeng Road Primary School, B1", opening_hours: "2026 Nov 02-2027 Apr 30 Mo-Fr 18:00-07:30, 2026 Dec 12 18:00-07:30", has_fee: false, max_height: 210, phone: "+86 532 8888 0000" }),
    site({ name: "海湾商场", has_fee: true, fee_description: "首小时免费，之后每小时 5 元", opening_hours: "Mo-Su 08:00-22:00", realtime_free_capacity: 3 }),
    site({ name: "人防一号车库", ...noData }),
    site({ name: "榆园小区", opening_hours: "off", realtime_free_capacity: 0, realtime_opening_status: "CLOSED" }),
  ];
  const world = await startFeed({ port: Number(process.argv[2] ?? 8091), sites });
  world.source = { attribution_license: "CC BY 4.0", attribution_contributor: "区停车公司" };
  console.log(`${world.url}/spaces`);
}
