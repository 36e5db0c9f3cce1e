-- Which programs may use this schema.

create table schema_compatibility (
    id bigint primary key check (id = 1),
    -- MAJOR.MINOR.PATCH. An older program is refused; a newer schema that still allows a program is used by it.
    -- A migration that an older program cannot work with raises it.
    lowest_program text not null
);

insert into schema_compatibility (id, lowest_program) values (1, '0.2.0');
