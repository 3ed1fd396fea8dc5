<?php

use Shop\Store\Repository;

require '../src/Store/Repository.php';
require 'vendor/autoload.php';

$repository = new Repository();
$repository->find('x')->validate();

function page($id)
{
    $repository->find($id);
    global $repository;
    return render($id);
}

function render($id)
{
    $render = 'page';
    $render($id);
    echo page($id), HOME;
}

const HOME = '/';
page(1);
