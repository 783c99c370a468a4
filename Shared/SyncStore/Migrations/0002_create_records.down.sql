drop table proposal;
drop table effect;
drop table invoice_reference;
drop table shadow;
drop table link;
drop table record_reference;
drop table record;
