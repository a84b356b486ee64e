-- Blocks of numbers, each given once. A hub that was put back to a backup does not know what it gave
-- since: tickets then go on at a thousand that no life of this day has begun with, behind what the
-- store counts (p_total); a segment of codes is closed for good.

create function hub.lease(
    p_hall text, p_epoch bigint, p_kind text, p_name text, p_size bigint, p_request text,
    p_total bigint,
    out r_answer text, out r_first bigint, out r_size bigint)
language plpgsql volatile strict security definer set search_path = pg_catalog, pg_temp
as $$
declare
    d hub.device;
    h hub.hall;
    c hub.numbers;
    lives bigint;
    fresh boolean;
begin
    r_first := 0; r_size := 0;
    select * into d from hub.device x
        where x.hall_id = p_hall and x.role_name = session_user::text for update;
    if not found or d.device is null or d.revoked_at is not null then
        r_answer := 'revoked';
        return;
    end if;
    select * into h from hub.hall x where x.hall_id = p_hall for update;
    if p_epoch <> h.epoch then
        r_answer := 'epoch';
        return;
    end if;
    select l.first, l.size into r_first, r_size from hub.lease l
        where l.hall_id = p_hall and l.name = d.name and l.request = p_request;
    if found then
        r_answer := 'ok';
        return;
    end if;
    r_first := 0; r_size := 0;
    if h.healing or h.started <> hub.life() then
        r_answer := 'healing';
        return;
    end if;
    r_answer := 'none';
    if p_kind not in ('ticket', 'code') or p_size < 1 or p_total < 0
            or p_kind = 'code' and p_total = 0 then
        return;
    end if;

    select * into c from hub.numbers x
        where x.hall_id = p_hall and x.kind = p_kind and x.name = p_name for update;
    fresh := not found;
    if fresh then
        c := (p_hall, p_kind, p_name, h.epoch, 1, case p_kind when 'code' then p_total else 0 end);
    end if;
    if p_kind = 'code' then
        if c.epoch <> h.epoch then
            return;
        end if;
        r_size := greatest(0, least(p_size, 10000, c.total - c.next + 1));
        if r_size = 0 then
            return;
        end if;
    else
        r_size := least(p_size, 1000);
        if fresh or c.epoch <> h.epoch then
            c.next := greatest(c.next, p_total + 1);
            select count(*) into lives from hub.epoch e
                where e.hall_id = p_hall and e.epoch <= h.epoch
                    and split_part(p_name, ':', 1) = to_char(
                        (timestamptz '2026-01-01 00:00+00' + e.epoch * interval '1 minute')
                        at time zone h.time_zone, 'YYYY-MM-DD');
            if lives > 0 or c.epoch <> h.epoch then
                c.next := 1000 * greatest(lives, (c.next - 1) / 1000 + 1);
            end if;
            c.epoch := h.epoch;
        end if;
    end if;
    r_first := c.next;
    c.next := c.next + r_size;
    if fresh then
        insert into hub.numbers values (c.*);
    else
        update hub.numbers x set epoch = c.epoch, next = c.next
            where x.hall_id = p_hall and x.kind = p_kind and x.name = p_name;
    end if;
    insert into hub.lease (hall_id, name, request, kind, numbers, first, size, epoch, at)
        values (p_hall, d.name, p_request, p_kind, p_name, r_first, r_size, h.epoch, hub.clock());
    r_answer := 'ok';
end
$$;

grant execute on function hub.lease(text, bigint, text, text, bigint, text, bigint)
to hallclient_window;
