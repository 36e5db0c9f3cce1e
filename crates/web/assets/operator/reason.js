// Why an operator did something: the server takes 2 characters or more (台风, 盘点, 停电).

const LEAST = 2;

/** True while the field holds no reason that the server would take. */
export const isTooShort = (field) => field.value.trim().length < LEAST;
