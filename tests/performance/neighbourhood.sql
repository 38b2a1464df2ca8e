-- What happens at the projects of a measurement, beside what the sample data hold: two open days at each, with five
-- opinions of which the last waits for its answer; five issues, of which the first is overdue and the last is closed;
-- and a check-in of each lead, every tenth of which is overdue. Days are fixed, so that a database can be kept.

INSERT INTO open_day (tenant_id, id, project_id, estate_id, division_path, theme, starts_at, ends_at, meeting_place,
                      areas, host, organisers, state, published_on, held_on, attended, volunteers, party_volunteers,
                      no_opinions)
SELECT p.tenant_id, uuidv7(), p.id, p.estate_id, p.division_path, '看得见的放心水', d.day + time '09:00',
       d.day + time '11:00', '小区中心广场', ARRAY['PUMP_ROOM', 'LIFT_MACHINE_ROOM'], '项目经理', ARRAY['COMPANY'],
       'FEEDBACK_OPEN', d.day - 10, d.day, 30, 4, 2, false
FROM project p CROSS JOIN LATERAL (VALUES (date '2026-03-21'), (date '2026-06-20')) d(day)
WHERE NOT EXISTS (SELECT FROM open_day o WHERE o.tenant_id = p.tenant_id AND o.project_id = p.id)
ORDER BY p.tenant_id, p.id, d.day;

INSERT INTO opinion (tenant_id, id, open_day_id, estate_id, division_path, category, content, satisfaction, received_on,
                     answer_due_on, provisional, answer, answered_on)
SELECT d.tenant_id, uuidv7(), d.id, d.estate_id, d.division_path, '设施维护', '希望公示水箱清洗和水质检测记录', 4, d.held_on,
       CASE WHEN n < 5 THEN d.held_on + 15 ELSE date '2099-01-01' END, false,
       CASE WHEN n < 5 THEN '已在公告栏公示，每季度更新' END, CASE WHEN n < 5 THEN d.held_on + 7 END
FROM open_day d CROSS JOIN generate_series(1, 5) n
WHERE NOT EXISTS (SELECT FROM opinion o WHERE o.tenant_id = d.tenant_id AND o.open_day_id = d.id)
ORDER BY d.tenant_id, d.id, n;

INSERT INTO issue (tenant_id, id, project_id, estate_id, division_path, title, source, channel, level, state,
                   co_handlers, found_on, due_on, provisional, closed_on, closed_at_level, reopened)
SELECT p.tenant_id, uuidv7(), p.id, p.estate_id, p.division_path, '电梯异响', 'PATROL', 'GRID', 'ESTATE',
       CASE WHEN n < 5 THEN 'IN_PROGRESS' ELSE 'CLOSED' END, ARRAY[]::text[], date '2026-01-05',
       CASE n WHEN 1 THEN date '2026-01-08' ELSE date '2099-01-01' END, false,
       CASE WHEN n = 5 THEN date '2026-01-07' END, CASE WHEN n = 5 THEN 'ESTATE' END, 0
FROM project p CROSS JOIN generate_series(1, 5) n
WHERE NOT EXISTS (SELECT FROM issue i WHERE i.tenant_id = p.tenant_id AND i.project_id = p.id)
ORDER BY p.tenant_id, p.id, n;

INSERT INTO check_in (tenant_id, id, lead_id, project_id, estate_id, division_path, arrived_on, left_on, days,
                      deadline_on, provisional, state, reported_on, document, confirmed_on)
SELECT l.tenant_id, uuidv7(), l.id, l.project_id, p.estate_id, p.division_path, l.arrived_on, l.left_on, 5,
       l.arrived_on + 5, false, s.state, s.reported_on, '社区报到登记表', s.reported_on
FROM project_lead l
JOIN project p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN l.left_on IS NULL AND get_byte(uuid_send(l.id), 15) % 10 = 0
                THEN 'PENDING' ELSE 'CONFIRMED' END AS state
) w
CROSS JOIN LATERAL (SELECT w.state, CASE WHEN w.state = 'CONFIRMED' THEN l.arrived_on END AS reported_on) s
WHERE NOT EXISTS (SELECT FROM check_in c WHERE c.tenant_id = l.tenant_id AND c.lead_id = l.id)
ORDER BY l.tenant_id, l.id;
