//! Plain rows. Serializable isolation ensures that no conflicting row was committed in the meantime. The index holds the
//! start of what can still be there: no stay is longer than four hours.

use super::PeerStatements;

pub(super) const STATEMENTS: PeerStatements = PeerStatements {
    schema: "create table taken (
            id bigint generated always as identity primary key,
            garage int not null,
            space int not null,
            starts_at bigint not null,
            ends_at bigint not null
        )",
    index: "create index taken_by_space on taken (garage, space, starts_at)",
    bulk: "insert into taken (garage, space, starts_at, ends_at)
        select garage, space, starts, ends
        from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) with ordinality as row (garage, space, starts, ends, no)
        order by no
        returning id",
    named: "insert into taken (garage, space, starts_at, ends_at)
        select $1, $4, $2, $3 where not exists (
            select from taken t
            where t.garage = $1 and t.space = $4
            and t.starts_at < $3 and t.starts_at > $2 - 14400000000 and t.ends_at > $2
        )
        returning id",
    searched: "insert into taken (garage, space, starts_at, ends_at)
        select $1, s.no, $2, $3 from space s
        where s.garage = $1 and not exists (
            select from taken t
            where t.garage = $1 and t.space = s.no
            and t.starts_at < $3 and t.starts_at > $2 - 14400000000 and t.ends_at > $2
        )
        order by random() limit 1
        returning id, space",
    isolation: "serializable",
};
