//! Ranges of microseconds in an index that refuses a second one over the same time.

use super::PeerStatements;

pub(super) const STATEMENTS: PeerStatements = PeerStatements {
    schema: "create extension btree_gist;
        create table taken (
            id bigint generated always as identity primary key,
            garage int not null,
            space int not null,
            during int8range not null
        )",
    index: "alter table taken
        add constraint taken_once exclude using gist (garage with =, space with =, during with &&)",
    bulk: "insert into taken (garage, space, during)
        select garage, space, int8range(starts, ends)
        from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) with ordinality as row (garage, space, starts, ends, no)
        order by no
        returning id",
    named: "insert into taken (garage, space, during) values ($1, $4, int8range($2, $3)) returning id",
    // The same index finds what is taken at that time.
    searched: "insert into taken (garage, space, during)
        select $1, s.no, int8range($2, $3) from space s
        where s.garage = $1 and not exists (
            select from taken t
            where t.garage = $1 and t.space = s.no and t.during && int8range($2, $3)
        )
        order by random() limit 1
        returning id, space",
    isolation: "read committed",
};
