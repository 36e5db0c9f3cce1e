//! The tables. The columns are those of [`GROUPS`](super::identity::GROUPS):
//!
//! ```text
//! ng stu er ABXMFOKDHY 12cEpq GWRS
//! ```

/// `/internal/v1`.
pub(super) const INTERNAL: &str = "
POST /sessions                            | a new driver       | 11 a11 aa aaaaaaaaaa 11111a 1111 |
DELETE /sessions/current                  |                    | 11 111 11 aaaaaaaaaa 111111 1111 |
GET /me                                   |                    | 11 111 11 aaaaaaaaaa 111111 1111 |
GET /classes/{class}/arrivals             | class A            | 11 111 11 a333333333 111111 1111 |
GET /classes/{class}/arrivals             | class B            | 11 111 11 3a33333333 111111 1111 |
GET /classes/{class}/arrivals             | another school     | 11 111 11 33a3333333 111111 1111 |
POST /arrivals/{id}/acts                  | a child in class A | 11 111 11 a333333333 111111 1111 |
GET /hall/arrivals                        |                    | 11 111 11 33333333aa 111111 1111 |
GET /guardian                             |                    | 11 111 11 aaaaaaaaaa 111111 1111 |
POST /guardian/claims                     | all own children   | 11 111 11 333aaaa333 111111 1111 |
POST /guardian/claims                     | the child          | 11 111 11 333aa33333 111111 1111 |
POST /gate-entries                        | plate of M         | 11 111 11 333a333333 111111 1111 | order_waiting
DELETE /plates/{id}                       | plate of M         | 11 111 11 444a444444 111111 1111 |
POST /plates                              | a new plate        | 11 111 11 aaaaaaaaaa 111111 1111 |
GET /plates                               |                    | 11 111 11 aaaaaaaaaa 111111 1111 |
GET /garages                              |                    | 11 111 11 aaaaaaaaaa 111111 1111 |
GET /garages/{garage}/quote               | public             | 11 111 11 aaaaaaaaaa 111111 1111 |
GET /garages/{garage}/quote               | pickup             | 11 111 11 333aaaa333 111111 1111 |
GET /garages/{garage}/forecast            | public             | 11 111 11 aaaaaaaaaa 111111 1111 |
GET /garages/{garage}/forecast            | pickup             | 11 111 11 333aaaa333 111111 1111 |
POST /garages/{garage}/reservations       | pickup, plate of M | 11 111 11 333a333333 111111 1111 |
POST /garages/{garage}/reservations       | public, plate of M | 11 111 11 333a333333 111111 1111 |
POST /garages/{garage}/reservation-series | pickup, plate of M | 11 111 11 333a333333 111111 1111 |
GET /reservations                         |                    | 11 111 11 aaaaaaaaaa 111111 1111 |
GET /reservations/{id}                    | of M               | 11 111 11 444a444444 111111 1111 |
PATCH /reservations/{id}                  | of M               | 11 111 11 444a444444 111111 1111 |
POST /reservations/{id}/acts              | of M               | 11 111 11 444a444444 111111 1111 |
GET /notices                              |                    | 11 111 11 aaaaaaaaaa 111111 1111 |
POST /notices/{id}/read                   | of M               | 11 111 11 444a444444 111111 1111 |
GET /feed                                 |                    | 11 a11 aa aaaaaaaaaa 11111a 1111 |
";

/// `/api/operator/v1`. A change without the console's header is 403, before the session is looked at.
pub(super) const OPERATOR: &str = "
POST /sessions                                              | password of 1    | 3a aaa aa aaaaaaaaaa aa3aaa aaaa |
DELETE /sessions/current                                    |                  | 31 111 11 1111111111 aa3111 1111 |
GET /garages                                                |                  | 11 111 11 1111111111 aaa111 1111 |
GET /schools                                                |                  | 11 111 11 1111111111 aaa111 1111 |
GET /schools/{school}/calendar                              | garage 1         | 11 111 11 1111111111 a4a111 1111 |
PUT /schools/{school}/calendar                              | garage 1         | 31 111 11 1111111111 a43111 1111 |
GET /garages/{garage}/adjustments                           | garage 1         | 11 111 11 1111111111 a4a111 1111 |
POST /garages/{garage}/adjustments                          | garage 1         | 31 111 11 1111111111 a43111 1111 |
GET /garages/{garage}/inventories                           | garage 1         | 11 111 11 1111111111 a4a111 1111 |
POST /garages/{garage}/inventories                          | garage 1         | 31 111 11 1111111111 a43111 1111 |
POST /garages/{garage}/inventories/preview                  | garage 1         | 31 111 11 1111111111 a43111 1111 |
GET /garages/{garage}/open-orders                           | garage 1         | 11 111 11 1111111111 a4a111 1111 |
POST /garages/{garage}/open-orders                          | garage 1         | 31 111 11 1111111111 a43111 1111 |
POST /garages/{garage}/fire-ends                            | garage 1         | 31 111 11 1111111111 a43111 1111 | no_fire_alarm
GET /garages/{garage}/no-reading-shapes                     | garage 1         | 11 111 11 1111111111 a4a111 1111 |
POST /garages/{garage}/no-reading-shapes                    | garage 1         | 31 111 11 1111111111 a43111 1111 | shape_not_reported
DELETE /garages/{garage}/no-reading-shapes/{device}/{shape} | garage 1         | 31 111 11 1111111111 a43111 1111 |
DELETE /garages/{garage}/no-reading-shapes/{device}/{shape} | through garage 2 | 31 111 11 1111111111 443111 1111 |
GET /garages/{garage}/waiting-cars                          | garage 1         | 11 111 11 1111111111 a4a111 1111 |
GET /garages/{garage}/waiting-cars                          | garage 2         | 11 111 11 1111111111 4a4111 1111 |
GET /garages/{garage}/events                                | garage 1         | 11 111 11 1111111111 a4a111 1111 |
GET /garages/{garage}/events                                | garage 2         | 11 111 11 1111111111 4a4111 1111 |
GET /garages/{garage}/dead-letters                          | garage 1         | 11 111 11 1111111111 a4a111 1111 |
POST /garages/{garage}/access-checks                        | garage 1         | 31 111 11 1111111111 a43111 1111 |
GET /garages/{garage}/calendar                              | garage 1         | 11 111 11 1111111111 a4a111 1111 |
GET /garages/{garage}/reservations                          | garage 1         | 11 111 11 1111111111 a4a111 1111 |
GET /garages/{garage}/reservations                          | garage 2         | 11 111 11 1111111111 4a4111 1111 |
POST /garages/{garage}/reservations                         | garage 1         | 31 111 11 1111111111 a43111 1111 |
PATCH /garages/{garage}/reservations/{id}                   | garage 1         | 31 111 11 1111111111 a43111 1111 |
PATCH /garages/{garage}/reservations/{id}                   | through garage 2 | 31 111 11 1111111111 443111 1111 |
POST /garages/{garage}/reservations/{id}/acts               | garage 1         | 31 111 11 1111111111 a43111 1111 |
POST /garages/{garage}/reservations/{id}/acts               | through garage 2 | 31 111 11 1111111111 443111 1111 |
GET /garages/{garage}/clearing                              | garage 1         | 11 111 11 1111111111 a4a111 1111 |
GET /garages/{garage}/timeline                              | garage 1         | 11 111 11 1111111111 a4a111 1111 |
GET /garages/{garage}/forecast                              | garage 1         | 11 111 11 1111111111 a4a111 1111 |
GET /garages/{garage}/blocks                                | garage 1         | 11 111 11 1111111111 a4a111 1111 |
POST /garages/{garage}/blocks                               | garage 1         | 31 111 11 1111111111 a43111 1111 |
DELETE /garages/{garage}/blocks/{id}                        | garage 1         | 31 111 11 1111111111 a43111 1111 |
DELETE /garages/{garage}/blocks/{id}                        | through garage 2 | 31 111 11 1111111111 443111 1111 |
POST /garages/{garage}/strikes/{id}/lift                    | garage 1         | 31 111 11 1111111111 a43111 1111 |
POST /garages/{garage}/strikes/{id}/lift                    | through garage 2 | 31 111 11 1111111111 443111 1111 |
GET /garages/{garage}/windows                               | garage 1         | 11 111 11 1111111111 a4a111 1111 |
POST /garages/{garage}/windows                              | garage 1         | 31 111 11 1111111111 a43111 1111 |
POST /garages/{garage}/windows/preview                      | garage 1         | 31 111 11 1111111111 a43111 1111 |
PUT /garages/{garage}/windows/{window}                      | garage 1         | 31 111 11 1111111111 a43111 1111 |
PUT /garages/{garage}/windows/{window}                      | through garage 2 | 31 111 11 1111111111 443111 1111 |
DELETE /garages/{garage}/windows/{window}                   | through garage 2 | 31 111 11 1111111111 443111 1111 |
DELETE /garages/{garage}/windows/{window}                   | garage 1         | 31 111 11 1111111111 a43111 1111 |
GET /garages/{garage}/closures                              | garage 1         | 11 111 11 1111111111 a4a111 1111 |
POST /garages/{garage}/closures                             | garage 1         | 31 111 11 1111111111 a43111 1111 |
POST /garages/{garage}/closures/preview                     | garage 1         | 31 111 11 1111111111 a43111 1111 |
DELETE /garages/{garage}/closures/{closure}                 | garage 1         | 31 111 11 1111111111 a43111 1111 |
DELETE /garages/{garage}/closures/{closure}                 | through garage 2 | 31 111 11 1111111111 443111 1111 |
GET /garages/{garage}/pools                                 | garage 1         | 11 111 11 1111111111 a4a111 1111 |
PUT /garages/{garage}/pools                                 | garage 1         | 31 111 11 1111111111 a43111 1111 |
GET /garages/{garage}/openings                              | garage 1         | 11 111 11 1111111111 a4a111 1111 |
GET /garages/{garage}/sharing-rules                         | garage 1         | 11 111 11 1111111111 a4a111 1111 |
PUT /garages/{garage}/sharing-rules                         | garage 1         | 31 111 11 1111111111 a43111 1111 |
";

/// `/gateway/v1`.
pub(super) const GATEWAY: &str = "
POST /enroll         | a code of a third garage | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
POST /events         | own garage               | 11 111 11 1111111111 111111 aa1a |
GET /access-plan     | own garage               | 11 111 11 1111111111 111111 aa1a |
GET /orders          | own garage               | 11 111 11 1111111111 111111 aa1a |
POST /orders/{order} | garage 1                 | 11 111 11 1111111111 111111 a41a |
POST /credential     | own garage               | 11 111 11 1111111111 111111 aa1a |
";

/// For everyone.
pub(super) const PUBLIC: &str = "
GET /api/public/v3/parking-sites               |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /api/public/v3/parking-sites/{id}          |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /api/public/v3/parking-sites/{id}/forecast |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /api/public/v3/parking-sites/{id}/history  |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /api/public/v3/sources                     |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /api/public/v3/sources/{id}                |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /api/openapi.json                          |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /healthz                                   |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /readyz                                    |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
GET /metrics                                   |  | aa aaa aa aaaaaaaaaa aaaaaa aaaa |
";
